namespace ResPrune.Inference.Processing;

/// <summary>
/// One axis of "pad, resize, cut out a window", in that order. Padding and what the window leaves out are never made: a 1×20000 picture padded
/// to a square, or resized by its shortest edge, would have hundreds of millions of pixels.
/// </summary>
/// <param name="Size">Pixels of the picture.</param>
/// <param name="PaddedSize">With the padding on both sides.</param>
/// <param name="PadBefore">Padding before the picture.</param>
/// <param name="ResizedSize">What the padded size becomes.</param>
/// <param name="WindowStart">First resized pixel that is wanted.</param>
/// <param name="WindowLength">Resized pixels that are wanted.</param>
internal readonly record struct AxisGeometry(
    int Size,
    int PaddedSize,
    int PadBefore,
    long ResizedSize,
    long WindowStart,
    int WindowLength);
