namespace ResPrune.Cluster.Storage;

/// <summary>The place that a batch's images are in cannot be had by this worker.</summary>
internal sealed class ImageRootException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Why, in one sentence that names the place.</param>
    /// <param name="isRefused">Whether trying again is of no use: it is not allowed, or does not exist.</param>
    /// <param name="innerException">What was thrown.</param>
    public ImageRootException(string message, bool isRefused, Exception? innerException = null)
        : base(message, innerException) => IsRefused = isRefused;

    /// <summary>Whether trying again is of no use.</summary>
    public bool IsRefused { get; }
}
