using System.Globalization;

namespace ResPrune.Cli.Running;

/// <summary>The most memory this process had at a time.</summary>
internal static class PeakMemory
{
    /// <summary>Bytes: <c>VmHWM</c> of <c>/proc/self/status</c>. Pages of mapped files count as long as they are in this process's memory.</summary>
    public static long Bytes()
    {
        const string Field = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return 1024 * long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
