using System.Globalization;

namespace ResPrune.FleetCost.Silos;

/// <summary>Watches the memory of this process.</summary>
internal sealed class MemorySampler : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Timer _timer;
    private long _peak;

    public MemorySampler() => _timer = new Timer(_ => Look(), null, Interval, Interval);

    /// <summary>What is retained now, and the peak since the last time.</summary>
    public MemorySample Take()
    {
        Look();
        var retained = GC.GetTotalMemory(forceFullCollection: true);
        return new MemorySample(retained, Interlocked.Exchange(ref _peak, 0), Status("VmRSS:"), Status("VmHWM:"));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var heap = GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes;
        for (var seen = Interlocked.Read(ref _peak); heap > seen; seen = Interlocked.Read(ref _peak))
            if (Interlocked.CompareExchange(ref _peak, heap, seen) == seen) return;
    }

    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
