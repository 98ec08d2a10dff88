using System.Globalization;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>Turns the words of <c>--device</c> into a device that is there.</summary>
internal static class DeviceSelector
{
    /// <summary>Resolves <c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    /// <exception cref="ModelLoadException">The words are none of these, or the device is not there.</exception>
    public static Device Resolve(string text)
    {
        switch (text)
        {
            case "cpu":
                return CPU;
            case "auto":
                return cuda.is_available() ? device("cuda:0") : CPU;
            case "cuda":
                return Resolve("cuda:0");
        }

        if (!text.StartsWith("cuda:", StringComparison.Ordinal)
            || !int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new ModelLoadException($"--device '{text}' is unknown: use auto, cpu or cuda:N.");
        if (!cuda.is_available())
            throw new ModelLoadException($"--device {text}: this build or machine has no CUDA; build with -p:Torch=cuda, or use --device cpu.");
        if (index >= cuda.device_count())
            throw new ModelLoadException($"--device {text}: there are {cuda.device_count()} CUDA devices, numbered from 0.");
        return device(text);
    }
}
