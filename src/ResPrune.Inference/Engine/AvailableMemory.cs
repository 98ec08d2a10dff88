using System.Globalization;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Memory that this process may still take: what the machine has free, and no more than its control groups and its own limits
/// (<c>RLIMIT_AS</c>, <c>RLIMIT_DATA</c>: <c>ulimit -v</c>, <c>ulimit -d</c>, <c>prlimit</c>) leave it.
/// </summary>
internal static class AvailableMemory
{
    /// <summary>Bytes; <see cref="long.MaxValue"/> where the machine does not say.</summary>
    public static long Bytes() => Bytes("/");

    /// <summary>The same, read from files under <paramref name="root"/>.</summary>
    public static long Bytes(string root)
    {
        var free = Field(Path.Combine(root, "proc/meminfo"), "MemAvailable:") is { } kibibytes ? kibibytes * 1024 : long.MaxValue;
        foreach (var line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            if (line.Split(':', 3) is not [_, var controllers, var path]) continue;
            if (controllers.Length == 0)
                free = Math.Min(free, Left(Path.Combine(root, "sys/fs/cgroup"), path, "memory.max", "memory.current", "inactive_file"));
            else if (controllers.Split(',').Contains("memory"))
                free = Math.Min(free, Left(Path.Combine(root, "sys/fs/cgroup/memory"), path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"));
        }

        free = Math.Min(free, LeftOfLimit(root, "Max address space", "VmSize:"));
        free = Math.Min(free, LeftOfLimit(root, "Max data size", "VmData:"));
        return Math.Max(0, free);
    }

    /// <summary>What a limit of the process leaves, by its line in <c>limits</c> and what <c>status</c> says is taken of it.</summary>
    private static long LeftOfLimit(string root, string limitLine, string usageField)
    {
        // "Max data size             unlimited            unlimited            bytes": the soft limit is the first number.
        var line = Lines(Path.Combine(root, "proc/self/limits")).FirstOrDefault(line => line.StartsWith(limitLine, StringComparison.Ordinal));
        if (line?[limitLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var soft, ..] || Parse(soft) is not { } limit) return long.MaxValue;
        return Field(Path.Combine(root, "proc/self/status"), usageField) is { } kibibytes ? limit - (kibibytes * 1024) : long.MaxValue;
    }

    /// <summary>The tightest limit on the way up from a group, less what is used under it; cached file pages can be dropped and do not count.</summary>
    private static long Left(string mount, string path, string limitFile, string usageFile, string cacheField)
    {
        var left = long.MaxValue;
        for (var group = path.Trim('/'); ; group = Path.GetDirectoryName(group) ?? string.Empty)
        {
            var folder = Path.Combine(mount, group);
            if (Number(Path.Combine(folder, limitFile)) is { } limit && Number(Path.Combine(folder, usageFile)) is { } used)
                left = Math.Min(left, limit - used + (Field(Path.Combine(folder, "memory.stat"), cacheField) ?? 0));
            if (group.Length == 0) return left;
        }
    }

    private static long? Field(string path, string name)
    {
        var line = Lines(path).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [_, var value, ..] ? Parse(value) : null;
    }

    /// <summary>The one number of a file; null for <c>max</c>.</summary>
    private static long? Number(string path) => Lines(path) is [var value, ..] ? Parse(value) : null;

    private static long? Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
