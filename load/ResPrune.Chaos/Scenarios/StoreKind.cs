namespace ResPrune.Chaos.Scenarios;

/// <summary>What the batches and answers of a scenario are in.</summary>
internal enum StoreKind
{
    /// <summary>A folder that all silos see, on a small disk of its own.</summary>
    Folder,

    /// <summary>A container of Azurite behind a proxy that fails as it is told.</summary>
    Container,
}
