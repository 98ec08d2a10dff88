using ResPrune.Golden;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>Against pixel values that transformers made.</summary>
[Trait("Category", "Golden")]
public sealed class ImageProcessorGoldenTests
{
    private const string ConfigFile = "preprocessor_config.json";

    /// <summary>Folders whose image processor this product has, with each of their pictures; xunit fails a theory that has none.</summary>
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var folder in GoldenData.Folders("processing").Where(folder => GoldenProcessor.Supports(Path.Combine(folder, ConfigFile))))
        {
            var name = Path.GetFileName(folder);
            foreach (var one in GoldenData.Json("processing", name, "cases.json").EnumerateArray())
                data.Add(name, one.GetProperty("image").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pixel_values_equal_the_reference(string folder, string image)
    {
        var one = GoldenData.Json("processing", folder, "cases.json").EnumerateArray().Single(c => c.GetProperty("image").GetString() == image);
        var processor = GoldenProcessor.Open(GoldenData.PathOf("processing", folder, ConfigFile));
        var file = File.ReadAllBytes(GoldenData.PathOf("images", image));
        Assert.True(new ImageDecoder(GoldenProcessor.MaxMegapixels).Decode(file).TryGet(out var decoded, out var failure), failure?.Message);
        using (decoded) Assert.Equal(one.GetProperty("size").EnumerateArray().Select(side => side.GetInt32()), [decoded.Height, decoded.Width]);

        Assert.True(processor.Process(file).TryGet(out var values, out failure), failure?.Message);

        // transformers puts the pictures of a batch in front of what is one picture's.
        var shape = one.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()).ToArray();
        Assert.Equal(shape.TakeLast(values.Shape.Count), values.Shape);
        Assert.All(shape.SkipLast(values.Shape.Count), side => Assert.Equal(1, side));
        var tolerance = one.GetProperty("decode_tolerance").GetInt32();
        AssertStatistics(values, processor.Pixels, tolerance, one.GetProperty("mean").GetDouble(), one.GetProperty("abs_sum").GetDouble());
        var tensors = TensorsOf(folder, image);
        if (File.Exists(tensors)) AssertPixels(values, processor, tolerance, Read(tensors));
    }

    [Fact]
    public void The_reference_has_pixel_values_to_compare_with() =>
        Assert.Contains(Cases(), row => File.Exists(TensorsOf((string)row[0], (string)row[1])));

    private static string TensorsOf(string folder, string image) =>
        Path.Combine(GoldenData.PathOf("processing", folder), $"{image}.safetensors");

    /// <summary>How far a resampled byte may be off: both passes of a cubic can amplify a decoder's difference, and each rounds.</summary>
    private static double ByteTolerance(int decodeTolerance) => decodeTolerance == 0 ? 0 : (decodeTolerance * 1.6) + 1;

    private static void AssertPixels(PixelValues values, GoldenProcessor processor, int tolerance, float[] expected)
    {
        Assert.Equal(expected.Length, values.Data.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var channel = processor.ChannelOf(values, i);
            var difference = Math.Abs(ToByte(values.Data[i], processor.Pixels, channel) - ToByte(expected[i], processor.Pixels, channel));
            if (difference > ByteTolerance(tolerance)) Assert.Fail($"Byte {i} differs by {difference}.");
            if (tolerance == 0 && Math.Abs(values.Data[i] - expected[i]) > 1e-6)
                Assert.Fail($"Value {i} is {values.Data[i]:R}, not {expected[i]:R}.");
        }
    }

    private static void AssertStatistics(PixelValues values, ImageProcessorConfig config, int tolerance, double mean, double absoluteSum)
    {
        var each = tolerance == 0 ? 1e-6 : ByteTolerance(tolerance) * config.RescaleFactor / config.StandardDeviation.Min();
        Assert.Equal(mean, values.Data.Average(value => (double)value), each);
        Assert.Equal(absoluteSum, values.Data.Sum(value => Math.Abs((double)value)), each * values.Data.Length);
    }

    private static int ToByte(float value, ImageProcessorConfig config, int channel)
    {
        var rescaled = config.Normalize ? (value * config.StandardDeviation[channel]) + config.Mean[channel] : value;
        return (int)Math.Round(rescaled / config.RescaleFactor);
    }

    private static float[] Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var tensor = file.Read(Assert.Single(file.Entries).Value);
        return [.. tensor.data<float>()];
    }
}
