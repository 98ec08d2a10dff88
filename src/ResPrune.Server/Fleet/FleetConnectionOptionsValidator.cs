using Microsoft.Extensions.Options;

namespace ResPrune.Server.Fleet;

/// <summary>Checks <see cref="FleetConnectionOptions"/> against its annotations.</summary>
[OptionsValidator]
internal sealed partial class FleetConnectionOptionsValidator : IValidateOptions<FleetConnectionOptions>;
