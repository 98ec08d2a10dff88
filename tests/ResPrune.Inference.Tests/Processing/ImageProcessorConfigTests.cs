using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

public sealed class ImageProcessorConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-processor").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("""{"image_processor_type": "CLIPImageProcessor"}""")]
    [InlineData("""{"image_processor_type": "LlavaImageProcessor", "size": null}""")]
    [InlineData("""{"feature_extractor_type": "CLIPFeatureExtractor"}""")]
    [InlineData("""{"image_processor_type": "CLIPImageProcessor", "feature_extractor_type": "CLIPFeatureExtractor", "do_pad": true}""")]
    public void What_is_absent_has_the_default(string json)
    {
        var config = Load(json);
        Assert.Equal(new ImageProcessorConfig { Mean = config.Mean, StandardDeviation = config.StandardDeviation }, config);
        Assert.Equal([0.48145466, 0.4578275, 0.40821073], config.Mean);
        Assert.Equal([0.26862954, 0.26130258, 0.27577711], config.StandardDeviation);
        Assert.Equal((224, 224), config.OutputSize);
    }

    [Fact]
    public void Sizes_may_be_numbers_or_objects()
    {
        Assert.Equal(336, Load("""{"image_processor_type": "CLIPImageProcessor", "size": 336}""").ShortestEdge);
        Assert.Equal(336, Load("""{"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 336}}""").ShortestEdge);
        Assert.Equal((7, 9), Load("""{"image_processor_type": "CLIPImageProcessor", "size": {"width": 9, "height": 7}}""").ResizeTo);
        Assert.Equal((336, 336), Load("""{"image_processor_type": "CLIPImageProcessor", "crop_size": 336}""").Crop);
        Assert.Equal((3, 5), Load("""{"image_processor_type": "CLIPImageProcessor", "crop_size": {"height": 3, "width": 5}}""").Crop);
    }

    [Fact]
    public void Steps_may_be_switched_off()
    {
        var config = Load(
            """
            {"image_processor_type": "LlavaImageProcessor", "do_resize": false, "do_center_crop": false, "do_rescale": false,
             "do_normalize": false, "do_pad": true, "resample": 2}
            """);
        Assert.Equal((false, 1.0, false, true), (config.Resize, config.RescaleFactor, config.Normalize, config.PadToSquare));
        Assert.Equal(ResampleFilter.Bilinear, config.Filter);
        Assert.Null(config.Crop);
        Assert.Null(config.OutputSize);
    }

    [Fact]
    public void The_output_size_is_known_where_no_picture_can_change_it()
    {
        var config = new ImageProcessorConfig { ShortestEdge = 9, Crop = (5, 7) };
        Assert.Equal((5, 7), config.OutputSize);
        Assert.Null((config with { Crop = null }).OutputSize);
        Assert.Equal((9, 9), (config with { Crop = null, PadToSquare = true }).OutputSize);
        Assert.Null((config with { Crop = null, PadToSquare = true, Resize = false }).OutputSize);
        Assert.Equal((3, 4), (config with { Crop = null, ShortestEdge = null, ResizeTo = (3, 4) }).OutputSize);
    }

    [Theory]
    [InlineData("image_processor_type", "\"SiglipImageProcessor\"")]
    [InlineData("size", "0")]
    [InlineData("size", "\"big\"")]
    [InlineData("size", """{"longest_edge": 336}""")]
    [InlineData("size", """{"shortest_edge": 336, "longest_edge": 1000}""")]
    [InlineData("size.shortest_edge", "{\"shortest_edge\": -1}")]
    [InlineData("crop_size.width", "{\"height\": 336}")]
    [InlineData("crop_size", "100000")]
    [InlineData("resample", "4")]
    [InlineData("resample", "-1")]
    [InlineData("do_resize", "\"yes\"")]
    [InlineData("rescale_factor", "[]")]
    [InlineData("image_mean", "[0.5, 0.5]")]
    [InlineData("image_std", "[0.5, 0, 0.5]")]
    [InlineData("image_std[1]", "[0.5, \"x\", 0.5]")]
    public void What_is_wrong_is_refused_by_file_and_field(string field, string value)
    {
        var member = field.Split('.', '[')[0];
        var type = member == "image_processor_type" ? "" : "\"image_processor_type\": \"CLIPImageProcessor\", ";
        var exception = Assert.Throws<ModelLoadException>(() => Load($"{{{type}\"{member}\": {value}}}"));
        Assert.StartsWith(FilePath, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{field}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_names_no_processor_is_refused()
    {
        Assert.Contains("'image_processor_type' is missing", Assert.Throws<ModelLoadException>(() => Load("{}")).Message, StringComparison.Ordinal);
        Assert.False(Supports("""{"image_processor_type": "Qwen2VLImageProcessor"}"""));
        Assert.True(Supports("""{"image_processor_type": "CLIPImageProcessor"}"""));
    }

    private string FilePath => Path.Combine(_directory, "preprocessor_config.json");

    private ImageProcessorConfig Load(string json)
    {
        File.WriteAllText(FilePath, json);
        return ImageProcessorConfig.ReadProcessor(JsonField.Load(FilePath));
    }

    private bool Supports(string json)
    {
        File.WriteAllText(FilePath, json);
        return ImageProcessorConfig.Supports(JsonField.Load(FilePath));
    }
}
