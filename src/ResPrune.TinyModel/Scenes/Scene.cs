namespace ResPrune.TinyModel.Scenes;

/// <summary>Everything a picture shows: what is where, and the background behind it.</summary>
/// <param name="Seed">The seed it was composed from.</param>
/// <param name="Objects">The objects in raster order of their places, at most one a place.</param>
/// <param name="BackgroundRed">Base colour of the background.</param>
/// <param name="BackgroundGreen">Base colour of the background.</param>
/// <param name="BackgroundBlue">Base colour of the background.</param>
/// <param name="NoiseSide">Grey offsets a side: 4, 8 or 16.</param>
/// <param name="Noise">The grey offsets added to the base colour, row by row, <paramref name="NoiseSide"/>² of them.</param>
public sealed record Scene(
    long Seed,
    IReadOnlyList<SceneObject> Objects,
    byte BackgroundRed,
    byte BackgroundGreen,
    byte BackgroundBlue,
    int NoiseSide,
    IReadOnlyList<sbyte> Noise)
{
    /// <summary>The object at a place, or null.</summary>
    public SceneObject? At(Place place) => Objects.FirstOrDefault(o => o.Place == place);

    /// <summary>How many objects show a noun.</summary>
    public int CountOf(int noun) => Objects.Count(o => o.Noun == noun);
}
