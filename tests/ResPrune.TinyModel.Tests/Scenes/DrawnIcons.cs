using SkiaSharp;

namespace ResPrune.TinyModel.Scenes;

/// <summary>A folder with one plain disc for each icon: what the tests draw scenes with, because the real drawings need npm.</summary>
public sealed class DrawnIcons : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "resprune-icons-" + Guid.NewGuid().ToString("N"));

    public DrawnIcons()
    {
        Directory.CreateDirectory(_directory);
        for (var noun = 0; noun < NounCatalogue.All.Count; noun++)
        {
            foreach (var style in IconLibrary.Styles)
                Draw(Path.Combine(_directory, $"{NounCatalogue.All[noun].Name}.{style}.png"), noun);
        }

        Library = IconLibrary.Load(_directory);
    }

    public IconLibrary Library { get; }

    public string Folder => _directory;

    public void Dispose()
    {
        Library.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static void Draw(string path, int noun)
    {
        using var bitmap = new SKBitmap(128, 128);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = SKColor.FromHsv(noun * 360f / NounCatalogue.All.Count, 90, 90) };
        canvas.Clear(SKColors.Transparent);
        canvas.DrawCircle(64, 64, 60, paint);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}
