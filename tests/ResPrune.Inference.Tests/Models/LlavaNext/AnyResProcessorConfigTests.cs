using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.LlavaNext;

namespace ResPrune.Inference.Tests.Models.LlavaNext;

public sealed class AnyResProcessorConfigTests : IDisposable
{
    private const string Type = "\"image_processor_type\": \"LlavaNextImageProcessor\"";

    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-anyres").FullName;

    private string FilePath => Path.Combine(_directory, "preprocessor_config.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_published_resolutions_are_the_default()
    {
        var config = Load($"{{{Type}, \"size\": {{\"shortest_edge\": 336}}, \"crop_size\": 336}}");
        Assert.Equal(336, config.TileSide);
        Assert.Equal([(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)], config.Pinpoints);
    }

    [Fact]
    public void Resolutions_are_heights_and_widths()
    {
        var config = Load($"{{{Type}, \"image_grid_pinpoints\": [[224, 448], [672, 224]]}}");
        Assert.Equal([(224, 448), (672, 224)], config.Pinpoints);
    }

    [Theory]
    [InlineData("image_processor_type", "\"CLIPImageProcessor\"")]
    [InlineData("image_grid_pinpoints", "null")]
    [InlineData("image_grid_pinpoints", "[]")]
    [InlineData("image_grid_pinpoints", "7")]
    [InlineData("image_grid_pinpoints[1]", "[[224, 224], [224]]")]
    [InlineData("image_grid_pinpoints[0]", "[[224, 448, 3]]")]
    [InlineData("image_grid_pinpoints[0]", "[[224, 300]]")]
    [InlineData("image_grid_pinpoints[0]", "[[2240, 2240]]")]
    [InlineData("image_grid_pinpoints[0][1]", "[[224, 0]]")]
    [InlineData("image_grid_pinpoints[0][1]", "[[224, 1e9]]")]
    [InlineData("size", "{\"height\": 224, \"width\": 448}")]
    [InlineData("crop_size", "{\"height\": 224, \"width\": 112}")]
    [InlineData("crop_size", "336")]
    public void What_is_wrong_is_refused_by_file_and_field(string field, string value)
    {
        var member = field.Split('[')[0];
        var type = member == "image_processor_type" ? "" : Type + ", ";
        var exception = Assert.Throws<ModelLoadException>(() => Load($"{{{type}\"{member}\": {value}}}"));
        Assert.StartsWith(FilePath, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{field}'", exception.Message, StringComparison.Ordinal);
    }

    private AnyResProcessorConfig Load(string json)
    {
        File.WriteAllText(FilePath, json);
        return AnyResProcessorConfig.ReadProcessor(JsonField.Load(FilePath));
    }
}
