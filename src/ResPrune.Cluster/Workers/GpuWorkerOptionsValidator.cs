using Microsoft.Extensions.Options;

namespace ResPrune.Cluster.Workers;

/// <summary>Checks <see cref="GpuWorkerOptions"/> against its annotations when the silo starts.</summary>
[OptionsValidator]
internal sealed partial class GpuWorkerOptionsValidator : IValidateOptions<GpuWorkerOptions>;
