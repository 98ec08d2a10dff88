using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// The order of a picture's features in the prompt, from its size alone: all patches of the whole picture, then the canvas row by row with
/// the rows or columns of padding left out and a newline behind each row. HF <c>modeling_llava_next.py</c>: <c>pack_image_features</c>,
/// <c>unpad_image</c>.
/// </summary>
/// <param name="Layout">Where tiles and newlines lie.</param>
/// <param name="Sources">For each token the row of [tiles · patches, then one newline] that it comes from.</param>
internal sealed record AnyResPacking(VisualLayout Layout, int[] Sources)
{
    /// <summary>Packs a picture.</summary>
    /// <param name="grid">How the picture was fitted.</param>
    /// <param name="height">Pixels of the original picture down.</param>
    /// <param name="width">Pixels of the original picture across.</param>
    /// <param name="side">Patches of a tile's side.</param>
    public static AnyResPacking Create(AnyResGrid grid, int height, int width, int side)
    {
        var (rows, columns) = Unpad(grid.Rows * side, grid.Columns * side, height, width);
        var patches = side * side;
        var newline = grid.Tiles * patches;
        var sources = new List<int>(patches + (rows.Length * (columns.Length + 1)));
        sources.AddRange(Enumerable.Range(0, patches));
        var tiles = Enumerable.Range(0, grid.Tiles).Select(_ => new List<int>()).ToArray();
        tiles[0].AddRange(sources);
        var newlines = new List<int>(rows.Length);
        for (var row = rows.Start; row < rows.Start + rows.Length; row++)
        {
            for (var column = columns.Start; column < columns.Start + columns.Length; column++)
            {
                var tile = 1 + (row / side * grid.Columns) + (column / side);
                tiles[tile].Add(sources.Count);
                sources.Add((tile * patches) + (row % side * side) + (column % side));
            }

            newlines.Add(sources.Count);
            sources.Add(newline);
        }

        var layout = new VisualLayout { Tokens = sources.Count, Tiles = tiles, Newlines = newlines };
        return new AnyResPacking(layout, [.. sources]);
    }

    /// <summary>
    /// The patches of the canvas that show the picture. HF scales in doubles and rounds to seven places before it cuts, which for sides below
    /// 2¹⁶ is the whole part of the exact quotient.
    /// </summary>
    private static ((int Start, int Length) Rows, (int Start, int Length) Columns) Unpad(int rows, int columns, int height, int width)
    {
        if ((long)width * rows > (long)columns * height)
        {
            var padding = (rows - (int)((long)height * columns / width)) / 2;
            return ((padding, rows - (2 * padding)), (0, columns));
        }
        else
        {
            var padding = (columns - (int)((long)width * rows / height)) / 2;
            return ((0, rows), (padding, columns - (2 * padding)));
        }
    }
}
