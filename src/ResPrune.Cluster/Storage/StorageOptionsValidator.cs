using Microsoft.Extensions.Options;

namespace ResPrune.Cluster.Storage;

/// <summary>Checks <see cref="StorageOptions"/> against its annotations when the silo starts.</summary>
[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;
