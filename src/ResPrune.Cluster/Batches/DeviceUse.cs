namespace ResPrune.Cluster.Batches;

/// <summary>Busy share of the devices that work on a batch, from the running totals that their workers report.</summary>
internal sealed class DeviceUse
{
    private readonly Dictionary<string, (double FirstBusy, double FirstStarved, double Busy, double Starved)> _devices = [];

    /// <summary>Busy time over busy and starved time since the first report of each device; null while there is none.</summary>
    public double? BusyShare
    {
        get
        {
            var busy = _devices.Values.Sum(device => device.Busy - device.FirstBusy);
            var starved = _devices.Values.Sum(device => device.Starved - device.FirstStarved);
            return busy + starved > 0 ? busy / (busy + starved) : null;
        }
    }

    /// <summary>Takes a worker's running totals, in seconds.</summary>
    public void Note(string worker, double busy, double starved)
    {
        // Totals that fell are a new engine under the same key: it starts from nothing.
        var known = _devices.TryGetValue(worker, out var device) && busy >= device.Busy && starved >= device.Starved;
        _devices[worker] = known ? device with { Busy = busy, Starved = starved } : (busy, starved, busy, starved);
    }
}
