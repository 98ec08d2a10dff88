using Microsoft.Extensions.Options;

namespace ResPrune.Server.Fleet;

/// <summary>Checks <see cref="FleetSiloOptions"/> against its annotations.</summary>
[OptionsValidator]
internal sealed partial class FleetSiloOptionsValidator : IValidateOptions<FleetSiloOptions>;
