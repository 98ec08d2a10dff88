using ResPrune.Inference.Processing;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>Pixel values on their way to a device.</summary>
internal static class PixelTensors
{
    /// <summary>One picture, in float32 on the host.</summary>
    public static Tensor From(PixelValues pixels) => tensor(pixels.Data, [.. pixels.Shape.Select(size => (long)size)]);

    /// <summary>Pictures of one shape side by side. n × [...] -> [n, ...]</summary>
    public static Tensor Stack(IReadOnlyList<ImageInput> images, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        return stack(images.Select(image => From(image.Pixels)), 0).to(dtype, device).MoveToOuterDisposeScope();
    }
}
