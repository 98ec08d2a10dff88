namespace ResPrune.Inference.Engine;

/// <summary>A job's bounds on the pixels of a picture after resizing, for families of dynamic resolution; null leaves the checkpoint's.</summary>
/// <param name="MinPixels">Smaller pictures are enlarged to this many pixels.</param>
/// <param name="MaxPixels">Larger pictures are reduced to this many pixels.</param>
public readonly record struct ImageSizeLimits(int? MinPixels, int? MaxPixels);
