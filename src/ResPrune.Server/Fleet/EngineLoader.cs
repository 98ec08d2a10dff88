using Microsoft.Extensions.Logging;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Fleet;

/// <summary>Makes the engine of one device of a silo, which disposes it when it has left.</summary>
/// <param name="device">Name of the device, as the settings have it.</param>
/// <param name="options">The silo.</param>
/// <param name="instruments">What the engine reports to.</param>
/// <param name="logger">What happens in the engine is said to.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<IVisionLanguageEngine> EngineLoader(
    string device, FleetSiloOptions options, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken);
