using System.Globalization;
using ResPrune.FleetCost.Silos;

namespace ResPrune.FleetCost.Memory;

/// <summary>What one size of batch cost its control silo.</summary>
internal sealed record ControlMemory(
    int Rows, int Shards, MemorySample Started, MemorySample Planned, MemorySample Half, MemorySample Ended, TimeSpan Took, long Calls)
{
    private long PeakHeap => new[] { Planned.PeakHeap, Half.PeakHeap, Ended.PeakHeap }.Max();

    private long MostRetained => Math.Max(Planned.Retained, Half.Retained);

    /// <summary>As people read it.</summary>
    public IEnumerable<string> Lines()
    {
        yield return Text($"{Rows,10:N0} rows, {Shards:N0} shards: {Took.TotalSeconds:F0} s, {Calls:N0} calls");
        yield return Text($"           retained     {Mega(Started.Retained)} started, {Mega(Planned.Retained)} planned, {Mega(Half.Retained)} half committed, {Mega(Ended.Retained)} ended");
        yield return Text($"           peak heap    {Mega(Planned.PeakHeap)} planning, {Mega(Half.PeakHeap)} first half, {Mega(Ended.PeakHeap)} second half and files");
        yield return Text($"           resident     {Mega(Started.Resident)} started, {Mega(Ended.PeakResident)} peak");
    }

    /// <summary>Against a smaller batch.</summary>
    public string Against(ControlMemory small)
    {
        var (times, shards) = (Rows / (double)small.Rows, (double)(Shards - small.Shards));
        var (heap, resident) = (PeakHeap / (double)small.PeakHeap, Ended.PeakResident / (double)small.Ended.PeakResident);
        var (retained, peak) = ((MostRetained - small.MostRetained) / shards, (PeakHeap - small.PeakHeap) / shards);
        return Text($"{times:F0} times the rows: peak heap {heap:F2}, peak resident {resident:F2} times as much; a shard more: {retained:F0} bytes retained, {peak:F0} bytes of peak heap");
    }

    private static string Mega(long bytes) => Text($"{bytes / 1e6:F1} MB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
