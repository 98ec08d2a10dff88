namespace ResPrune.Batch.Manifests;

/// <summary>The names seen so far, each as its <see cref="IdHash"/>: about 40 bytes a name, whatever its length.</summary>
internal sealed class IdSet
{
    private readonly HashSet<UInt128> _seen = [];

    /// <summary>True when the name is new.</summary>
    public bool Add(string name) => _seen.Add(IdHash.Of(name));
}
