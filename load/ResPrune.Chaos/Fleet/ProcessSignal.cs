using System.Diagnostics;
using System.Globalization;

namespace ResPrune.Chaos.Fleet;

/// <summary>Signals to processes that this program has started.</summary>
internal static class ProcessSignal
{
    /// <summary>Sends <paramref name="signal"/> (<c>TERM</c>, <c>KILL</c>, <c>STOP</c>, <c>CONT</c>); nothing happens where the process has ended.</summary>
    public static void Send(Process process, string signal)
    {
        if (process.HasExited) return;
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
