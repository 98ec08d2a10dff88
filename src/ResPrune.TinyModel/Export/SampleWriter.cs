using System.Globalization;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Export;

/// <summary>Draws the sample pictures: scenes of the same kind as the model was trained on, of seeds it never saw, at four times its size.</summary>
internal static class SampleWriter
{
    public const int Side = 4 * SceneRenderer.ModelSide;

    /// <summary>Writes <c>scene-01.png</c> and so on, for consecutive seeds.</summary>
    /// <returns>A line for each: the file and what it shows.</returns>
    public static IReadOnlyList<string> Write(IconLibrary icons, string directory, long firstSeed, int count)
    {
        System.IO.Directory.CreateDirectory(directory);
        var renderer = new SceneRenderer(icons);
        var lines = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var scene = SceneGenerator.Generate(firstSeed + i);
            var name = string.Create(CultureInfo.InvariantCulture, $"scene-{i + 1:D2}.png");
            File.WriteAllBytes(Path.Combine(directory, name), renderer.Png(scene, Side));
            lines.Add($"{name}: {string.Join(", ", scene.Objects.Select(o => $"{o.NounWord.WithArticle} on {o.CardColour.Name} at the {o.Place}"))}");
        }

        return lines;
    }
}
