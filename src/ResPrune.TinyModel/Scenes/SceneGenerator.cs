namespace ResPrune.TinyModel.Scenes;

/// <summary>Composes scenes: the same seed and object counts give the same scene, always.</summary>
public static class SceneGenerator
{
    /// <summary>Fewest objects of an ordinary scene.</summary>
    public const int MinObjects = 2;

    /// <summary>Most objects of an ordinary scene.</summary>
    public const int MaxObjects = 6;

    /// <summary>Chance that an object repeats a noun already in the scene, so that there is something to count.</summary>
    private const float RepeatChance = 0.3f;

    private const float Cell = 1f / 3;
    private const float MaxDegrees = 12;
    private const int ColourDeviation = 12;

    private static readonly float[] IconSizes = [0.52f, 0.66f, 0.8f];
    private static readonly int[] NoiseSides = [4, 8, 16];

    /// <summary>Composes the scene of <paramref name="seed"/> with 2 to 6 objects.</summary>
    public static Scene Generate(long seed) => Generate(seed, MinObjects, MaxObjects);

    /// <summary>Composes the scene of <paramref name="seed"/>.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="minObjects">Fewest objects, 1 to 9.</param>
    /// <param name="maxObjects">Most objects, <paramref name="minObjects"/> to 9.</param>
    public static Scene Generate(long seed, int minObjects, int maxObjects)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minObjects, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxObjects, minObjects);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxObjects, Place.Count);
        var random = new SceneRandom((ulong)seed * 0xD1342543DE82EF95 + 1);
        var count = random.Between(minObjects, maxObjects);
        Span<int> places = stackalloc int[Place.Count];
        for (var i = 0; i < Place.Count; i++)
            places[i] = i;
        random.Shuffle(places);
        var chosen = places[..count];
        chosen.Sort();
        var objects = new List<SceneObject>(count);
        foreach (var place in chosen)
            objects.Add(Compose(random, objects, new Place(place)));
        var side = random.Pick(NoiseSides);
        var amplitude = random.Between(6, 34);
        var noise = new sbyte[side * side];
        byte red = (byte)random.Next(256), green = (byte)random.Next(256), blue = (byte)random.Next(256);
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (sbyte)random.Between(-amplitude, amplitude);
        return new Scene(seed, objects, red, green, blue, side, noise);
    }

    private static SceneObject Compose(SceneRandom random, List<SceneObject> sofar, Place place)
    {
        var noun = sofar.Count > 0 && random.Chance(RepeatChance) ? random.Pick(sofar).Noun : random.Next(NounCatalogue.All.Count);
        var colour = random.Next(CardColours.All.Count);
        var shape = random.Next(2) == 0 ? CardShape.Disc : CardShape.Square;
        var size = random.Pick(IconSizes);
        // A disc must be larger than a square to show as much of its colour around the emoji.
        var icon = size * Cell;
        var card = Math.Min(icon * (shape == CardShape.Disc ? 1.34f : 1.22f), Cell);
        var room = (Cell - card) / 2 + 0.02f * Cell;
        var paint = CardColours.All[colour];
        return new SceneObject(
            noun,
            random.Next(IconLibrary.Styles.Count),
            colour,
            shape,
            place,
            (place.Column + 0.5f) * Cell + random.Symmetric(room),
            (place.Row + 0.5f) * Cell + random.Symmetric(room),
            icon,
            card,
            random.Symmetric(MaxDegrees),
            Deviate(random, paint.Red),
            Deviate(random, paint.Green),
            Deviate(random, paint.Blue));
    }

    private static byte Deviate(SceneRandom random, byte value) =>
        (byte)Math.Clamp(value + random.Between(-ColourDeviation, ColourDeviation), 0, 255);
}
