using System.Globalization;

namespace ResPrune.Inference.Engine;

/// <summary>What the kernel says about this process's memory.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Most bytes of memory the process has had at a time since it started (<c>VmHWM</c>), mapped files included as far as they were looked at;
    /// 0 where the kernel does not say.
    /// </summary>
    public static long PeakResidentBytes()
    {
        const string Field = "VmHWM:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(Field.Length).Trim().TrimEnd("kB ").Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }
}
