using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// (9) From a decoded picture to tiles as transformers' LLaVA-NeXT image processor with Pillow makes them: the whole picture squeezed into one
/// tile, then the picture fitted into a canvas and cut up row by row. Immutable and safe to use from any thread.
/// </summary>
internal sealed class AnyResTiler
{
    private readonly AnyResProcessorConfig _config;
    private readonly PixelPlanes _planes;

    /// <summary>Takes the checkpoint's settings.</summary>
    public AnyResTiler(AnyResProcessorConfig config)
    {
        _config = config;
        _planes = new PixelPlanes(config.Pixels);
        Geometry = new AnyResGeometry(config.Pinpoints, config.TileSide);
    }

    /// <summary>Which canvas a picture is fitted into.</summary>
    public AnyResGeometry Geometry { get; }

    /// <summary>Cuts a picture into tiles. -> [tiles, 3, side, side]</summary>
    public PixelValues Cut(RgbImage image)
    {
        var grid = Geometry.Fit(image.Height, image.Width);
        var side = _config.TileSide;
        var length = PixelValues.Channels * side * side;
        var data = GC.AllocateUninitializedArray<float>(grid.Tiles * length);
        using (var whole = Resize(image, side, side))
            _planes.Write(whole, new PixelWindow(0, 0, side, side, 0, 0), data.AsSpan(0, length), side, side);

        using var fitted = Resize(image, grid.ResizedHeight, grid.ResizedWidth);
        var top = ((grid.Rows * side) - fitted.Height) / 2;
        var left = ((grid.Columns * side) - fitted.Width) / 2;
        for (var tile = 1; tile < grid.Tiles; tile++)
        {
            var (row, column) = Math.DivRem(tile - 1, grid.Columns);
            var (sourceY, targetY, height) = Overlap(row * side, side, top, fitted.Height);
            var (sourceX, targetX, width) = Overlap(column * side, side, left, fitted.Width);
            _planes.Write(fitted, new PixelWindow(sourceX, sourceY, width, height, targetX, targetY), data.AsSpan(tile * length, length), side, side);
        }

        return new PixelValues(data, [grid.Tiles, PixelValues.Channels, side, side]);
    }

    private RgbImage Resize(RgbImage image, int height, int width)
    {
        var down = ResampleAxis.Create(new AxisGeometry(image.Height, image.Height, 0, height, 0, height), _config.Pixels.Filter);
        var across = ResampleAxis.Create(new AxisGeometry(image.Width, image.Width, 0, width, 0, width), _config.Pixels.Filter);
        return PillowResize.Resize(image, across, down, padding: 0);
    }

    /// <summary>What of a tile the picture covers along one axis: where it begins in the picture and in the tile, and how far it goes.</summary>
    private static (int Source, int Target, int Length) Overlap(int tile, int side, int picture, int size)
    {
        var start = Math.Max(tile, picture);
        var length = Math.Max(Math.Min(tile + side, picture + size) - start, 0);
        return length == 0 ? default : (start - picture, start - tile, length);
    }
}
