using Microsoft.Extensions.Configuration;

namespace ResPrune.Server.Fleet;

/// <summary>What a silo is started with: its settings, read and checked.</summary>
internal sealed record FleetSiloSetup
{
    /// <summary>Where the settings come from; the sections that tune defaults are read from it.</summary>
    public required IConfiguration Configuration { get; init; }

    /// <summary>Which fleet.</summary>
    public required FleetConnectionOptions Fleet { get; init; }

    /// <summary>Which silo.</summary>
    public required FleetSiloOptions Silo { get; init; }

    /// <summary>Makes the engines.</summary>
    public required EngineLoader Engines { get; init; }

    /// <summary>Ends the process when the cluster has declared the silo dead.</summary>
    public required Action<string> Fatal { get; init; }
}
