using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>Makes weights of what is stored, with little memory beside the result.</summary>
internal static class WeightReader
{
    /// <summary>Stored bytes converted at a time; their pages are given back before the next are touched.</summary>
    private const long PartBytes = 32 << 20;

    /// <summary>From this size on, a fresh weight is worth huge pages.</summary>
    private const long HugePagesFrom = 8 << 20;

    /// <summary>Whether a weight is used where it lies in its file.</summary>
    public static bool StaysMapped(SafetensorsEntry entry, ScalarType type, Device device) =>
        device.type == TorchSharp.DeviceType.CPU && entry.ScalarType == type && entry.IsAligned && entry.Length > 0;

    /// <summary>
    /// The weight in a type on a device; the caller owns it. A mapped one (<see cref="StaysMapped"/>) must not be written to.
    /// </summary>
    public static Tensor Read(SafetensorsFile file, SafetensorsEntry entry, ScalarType type, Device device)
    {
        if (StaysMapped(entry, type, device)) return file.View(entry);
        var weight = empty([.. entry.Shape], dtype: type, device: device);
        if (device.type == TorchSharp.DeviceType.CPU && entry.Count * weight.ElementSize is >= HugePagesFrom and var bytes)
            FileMapping.PreferHugePages(TorchNative.Data(weight.Handle), bytes);
        using var flat = weight.view(-1);
        var part = PartBytes / entry.ElementSize;
        for (long start = 0; start < entry.Count; start += part)
        {
            var count = Math.Min(part, entry.Count - start);
            using var stored = Stored(file, entry, start, count);
            using var moved = stored.to(device);
            using var target = flat.narrow(0, start, count);
            target.copy_(moved);
            file.GiveBack(entry.Offset + (start * entry.ElementSize), count * entry.ElementSize);
        }

        return weight;
    }

    private static Tensor Stored(SafetensorsFile file, SafetensorsEntry entry, long start, long count)
    {
        if (entry.IsAligned) return file.View(entry, start, count);
        var copy = empty([count], dtype: entry.ScalarType);
        file.CopyTo(entry, start, count, copy);
        return copy;
    }
}
