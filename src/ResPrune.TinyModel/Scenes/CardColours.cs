namespace ResPrune.TinyModel.Scenes;

/// <summary>The eight card colours, in the order of their class indices.</summary>
public static class CardColours
{
    /// <summary>All colours.</summary>
    public static IReadOnlyList<CardColour> All { get; } =
    [
        new("red", 214, 40, 40),
        new("blue", 40, 90, 220),
        new("green", 40, 165, 70),
        new("yellow", 245, 215, 45),
        new("purple", 140, 60, 180),
        new("white", 244, 244, 244),
        new("black", 26, 26, 26),
        new("orange", 245, 140, 30),
    ];
}
