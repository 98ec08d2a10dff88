using Microsoft.Extensions.Options;

namespace ResPrune.Cluster.Batches;

/// <summary>Checks <see cref="BatchCoordinatorOptions"/> against its annotations when the silo starts.</summary>
[OptionsValidator]
internal sealed partial class BatchCoordinatorOptionsValidator : IValidateOptions<BatchCoordinatorOptions>;
