using SkiaSharp;

namespace ResPrune.TinyModel.Scenes;

public sealed class SceneRendererTests(DrawnIcons icons) : IClassFixture<DrawnIcons>
{
    [Fact]
    public void TheSameSceneGivesTheSamePixels()
    {
        var scene = SceneGenerator.Generate(42);

        Assert.Equal(new SceneRenderer(icons.Library).Rgb(scene), new SceneRenderer(icons.Library).Rgb(scene));
    }

    [Fact]
    public void PngAndPixelsShowTheSame()
    {
        var scene = SceneGenerator.Generate(3);
        var renderer = new SceneRenderer(icons.Library);
        using var decoded = SKBitmap.Decode(renderer.Png(scene));
        var rgb = renderer.Rgb(scene);

        Assert.Equal(SceneRenderer.ModelSide, decoded.Width);
        for (var i = 0; i < SceneRenderer.ModelSide * SceneRenderer.ModelSide; i++)
        {
            var pixel = decoded.GetPixel(i % SceneRenderer.ModelSide, i / SceneRenderer.ModelSide);
            Assert.Equal((rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]), (pixel.Red, pixel.Green, pixel.Blue));
        }
    }

    [Fact]
    public void AnAveragedPictureIsCloseToADirectOne()
    {
        var scene = SceneGenerator.Generate(5);
        var renderer = new SceneRenderer(icons.Library);
        byte[] direct = renderer.Rgb(scene), averaged = renderer.Rgb(scene, 4);

        Assert.InRange(direct.Zip(averaged, (a, b) => Math.Abs(a - b)).Average(), 0, 6);
    }

    [Fact]
    public void ACardShowsItsColourBesideTheEmoji()
    {
        var scene = SceneGenerator.Generate(11);
        var thing = scene.Objects[0];
        using var picture = SKBitmap.Decode(new SceneRenderer(icons.Library).Png(scene, 384));

        var edge = picture.GetPixel((int)((thing.CentreX - 0.47f * thing.CardSide) * 384), (int)(thing.CentreY * 384));

        Assert.Equal((thing.Red, thing.Green, thing.Blue), (edge.Red, edge.Green, edge.Blue));
    }

    [Fact]
    public void AMissingFolderNamesTheScriptThatMakesIt()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(() => IconLibrary.Load("/no/such/folder"));

        Assert.Contains("/no/such/folder", error.Message, StringComparison.Ordinal);
        Assert.Contains("fetch-icons.sh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingIconIsNamed()
    {
        using var other = new DrawnIcons();
        File.Delete(Path.Combine(other.Folder, "cat.noto.png"));

        var error = Assert.Throws<FileNotFoundException>(() => IconLibrary.Load(other.Folder));

        Assert.Contains("cat.noto.png", error.Message, StringComparison.Ordinal);
    }
}
