using SkiaSharp;

namespace ResPrune.TinyModel.Scenes;

/// <summary>The emoji drawings, decoded once and kept at four sizes so that drawing a scene never shrinks one by more than half. Thread-safe to read.</summary>
public sealed class IconLibrary : IDisposable
{
    private static readonly int[] Sizes = [16, 32, 64, 128];

    private readonly SKImage[] _icons;

    private IconLibrary(SKImage[] icons) => _icons = icons;

    /// <summary>The drawing styles: the icon set each comes from.</summary>
    public static IReadOnlyList<string> Styles { get; } = ["noto", "twemoji", "fluent-emoji-flat"];

    /// <summary>Where the icons are looked for: the environment variable RESPRUNE_ICONS, else ~/.cache/resprune/icons.</summary>
    public static string DefaultDirectory =>
        Environment.GetEnvironmentVariable("RESPRUNE_ICONS") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "resprune", "icons");

    /// <summary>Loads the icons <c>fetch-icons.sh</c> has drawn.</summary>
    /// <param name="directory">The folder, by default <see cref="DefaultDirectory"/>.</param>
    /// <exception cref="DirectoryNotFoundException">The folder is not there; the message names the script that makes it.</exception>
    /// <exception cref="FileNotFoundException">An icon is missing or is not a picture.</exception>
    public static IconLibrary Load(string? directory = null)
    {
        directory ??= DefaultDirectory;
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"No icons in {directory}: run src/ResPrune.TinyModel/fetch-icons.sh (needs npm; sets them up there), or set RESPRUNE_ICONS.");
        var icons = new List<SKImage>();
        foreach (var noun in NounCatalogue.All)
        {
            foreach (var style in Styles)
            {
                var path = Path.Combine(directory, $"{noun.Name}.{style}.png");
                using var full = File.Exists(path) ? SKBitmap.Decode(path) : null;
                if (full is null)
                {
                    icons.ForEach(i => i.Dispose());
                    throw new FileNotFoundException($"The icon {path} is missing or unreadable: run src/ResPrune.TinyModel/fetch-icons.sh again.", path);
                }

                icons.AddRange(Sizes.Select(size => Shrink(full, size)));
            }
        }

        return new IconLibrary([.. icons]);
    }

    /// <summary>The drawing to use for an emoji of <paramref name="pixels"/> a side: the smallest kept one that is no smaller.</summary>
    internal SKImage Get(int noun, int style, float pixels)
    {
        var size = 0;
        while (size < Sizes.Length - 1 && Sizes[size] < pixels)
            size++;
        return _icons[(noun * Styles.Count + style) * Sizes.Length + size];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var icon in _icons)
            icon.Dispose();
    }

    private static SKImage Shrink(SKBitmap full, int size)
    {
        using var small = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Premul));
        using (var canvas = new SKCanvas(small))
        using (var source = SKImage.FromBitmap(full))
        {
            canvas.Clear(SKColors.Transparent);
            canvas.DrawImage(source, new SKRect(0, 0, size, size), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }

        return SKImage.FromBitmap(small);
    }
}
