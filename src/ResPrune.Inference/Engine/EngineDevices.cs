using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>The devices of this machine, as <see cref="EngineOptions.Device"/> names them.</summary>
public static class EngineDevices
{
    /// <summary>Every CUDA device; <c>cpu</c> alone where there is none.</summary>
    public static IReadOnlyList<string> All() =>
        cuda.is_available() ? [.. Enumerable.Range(0, cuda.device_count()).Select(index => $"cuda:{index}")] : ["cpu"];
}
