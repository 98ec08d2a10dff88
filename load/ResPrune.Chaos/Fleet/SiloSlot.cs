namespace ResPrune.Chaos.Fleet;

/// <summary>A place in the fleet, and the silos that have taken it so far, each under a new name.</summary>
internal sealed class SiloSlot(string name, bool isControl)
{
    private readonly List<SiloProcess> _silos = [];

    /// <summary>Control or worker.</summary>
    public bool IsControl => isControl;

    /// <summary>The one that has it now; null before the first.</summary>
    public SiloProcess? Silo => _silos.LastOrDefault();

    /// <summary>All that ever had it.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>Name for the next one.</summary>
    public string NextName => $"{name}-{_silos.Count}";

    /// <summary>The next one has come.</summary>
    public void Add(SiloProcess silo) => _silos.Add(silo);
}
