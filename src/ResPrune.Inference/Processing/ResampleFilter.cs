namespace ResPrune.Inference.Processing;

/// <summary>Resampling filters by the numbers PIL gives them.</summary>
internal enum ResampleFilter
{
    /// <summary>The pixel under the centre.</summary>
    Nearest = 0,

    /// <summary>Windowed sinc of radius 3.</summary>
    Lanczos = 1,

    /// <summary>Triangle of radius 1.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic, a = −½, radius 2.</summary>
    Bicubic = 3,
}
