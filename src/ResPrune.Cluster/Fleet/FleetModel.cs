namespace ResPrune.Cluster.Fleet;

/// <summary>A model that workers of the fleet serve at this moment.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.FleetModel")]
public sealed record FleetModel
{
    /// <summary>Its name.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Digest of its weights: the same name may stand for two of them while a fleet is changed over.</summary>
    [Id(1)]
    public required string WeightsDigest { get; init; }

    /// <summary>Workers that serve it.</summary>
    [Id(2)]
    public required int Workers { get; init; }
}
