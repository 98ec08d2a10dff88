namespace ResPrune.TinyModel.Scenes;

/// <summary>The 48 nouns, in the order of their class indices.</summary>
public static class NounCatalogue
{
    private static readonly (string Category, string Names)[] Groups =
    [
        ("animal", "cat dog pig frog lion tiger panda fox fish bird bee snail turtle octopus whale"),
        ("food", "apple banana grapes lemon cherry pizza burger cake"),
        ("vehicle", "car bus train rocket airplane bicycle boat"),
        ("plant", "tree flower mushroom cactus"),
        ("thing", "book key lamp clock guitar drum hat umbrella star sun moon heart ball gift"),
    ];

    private static readonly Dictionary<string, string> IrregularPlurals = new(StringComparer.Ordinal)
    {
        ["fox"] = "foxes",
        ["fish"] = "fish",
        ["octopus"] = "octopuses",
        ["grapes"] = "grapes",
        ["cherry"] = "cherries",
        ["bus"] = "buses",
        ["cactus"] = "cactuses",
    };

    /// <summary>All nouns; the index of a noun here is its class index.</summary>
    public static IReadOnlyList<Noun> All { get; } =
        [.. Groups.SelectMany(g => g.Names.Split(' ').Select(n => new Noun(n, IrregularPlurals.GetValueOrDefault(n, n + "s"), g.Category)))];

    /// <summary>The five categories.</summary>
    public static IReadOnlyList<string> Categories { get; } = [.. Groups.Select(g => g.Category)];
}
