namespace ResPrune.TinyModel.Scenes;

/// <summary>What each visual token's patch shows, for the loss that teaches the eyes; arrays of patches in raster order.</summary>
/// <param name="Nouns">Class index of the noun, 48 for the background, −100 where it is neither clearly.</param>
/// <param name="Colours">Class index of the card's colour, −100 off the cards.</param>
/// <param name="Places">The place of the object, or of the patch itself where there is none.</param>
internal sealed record PatchLabels(long[] Nouns, long[] Colours, long[] Places)
{
    public const int Background = 48;
    public const long Ignored = -100;

    private const int Probes = 4;
    private const float ClearlyCard = 0.5f;
    private const float ClearlyBackground = 0.2f;

    /// <summary>Labels of a picture cut into <paramref name="side"/>² patches.</summary>
    public static PatchLabels Of(Scene scene, int side)
    {
        var labels = new PatchLabels(new long[side * side], new long[side * side], new long[side * side]);
        for (var i = 0; i < side * side; i++)
            labels.Label(scene, i, i % side, i / side, side);
        return labels;
    }

    private void Label(Scene scene, int at, int column, int row, int side)
    {
        Nouns[at] = Background;
        Colours[at] = Ignored;
        Places[at] = row * 3 / side * 3 + column * 3 / side;
        foreach (var thing in scene.Objects)
        {
            var covered = Coverage(thing, column, row, side);
            if (covered < ClearlyBackground)
                continue;
            var clear = covered >= ClearlyCard;
            Nouns[at] = clear ? thing.Noun : Ignored;
            Colours[at] = clear ? thing.Colour : Ignored;
            Places[at] = clear ? thing.Place.Index : Ignored;
            if (clear)
                return;
        }
    }

    private static float Coverage(SceneObject thing, int column, int row, int side)
    {
        var hits = 0;
        for (var i = 0; i < Probes * Probes; i++)
        {
            var x = (column + (i % Probes + 0.5f) / Probes) / side;
            var y = (row + (i / Probes + 0.5f) / Probes) / side;
            if (thing.Covers(x, y))
                hits++;
        }

        return (float)hits / (Probes * Probes);
    }
}
