namespace ResPrune.Chaos.Fleet;

/// <summary>A place in the fleet, and the silos that have taken it so far, each under a new name.</summary>
/// <param name="name">What the names begin with.</param>
/// <param name="isControl">Control or worker.</param>
/// <param name="model">Folder of its model; null takes the bundled one.</param>
internal sealed class SiloSlot(string name, bool isControl, string? model = null)
{
    private readonly List<SiloProcess> _silos = [];

    /// <summary>Control or worker.</summary>
    public bool IsControl => isControl;

    /// <summary>Folder of its model; null takes the bundled one.</summary>
    public string? Model => model;

    /// <summary>Whether a silo belongs here now.</summary>
    public bool IsWanted { get; set; } = true;

    /// <summary>The one that has it now; null before the first.</summary>
    public SiloProcess? Silo => _silos.LastOrDefault();

    /// <summary>All that ever had it.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>Name for the next one.</summary>
    public string NextName => $"{name}-{_silos.Count}";

    /// <summary>The next one has come.</summary>
    public void Add(SiloProcess silo) => _silos.Add(silo);
}
