namespace ResPrune.TinyModel.Scenes;

/// <summary>One of the nine cells of the grid: row 0 is the top, column 0 the left.</summary>
/// <param name="Index">Row × 3 + column, 0 to 8.</param>
public readonly record struct Place(int Index)
{
    private static readonly string[] Names =
        ["top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right"];

    /// <summary>Number of places.</summary>
    public const int Count = 9;

    /// <summary>Row, 0 to 2.</summary>
    public int Row => Index / 3;

    /// <summary>Column, 0 to 2.</summary>
    public int Column => Index % 3;

    /// <summary>"top left", "center", "bottom", …</summary>
    public string Name => Names[Index];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
