namespace ResPrune.Inference.Engine;

/// <summary>A checkpoint folder that cannot be served. The message names the file, the field or tensor, and what to do.</summary>
public sealed class ModelLoadException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ModelLoadException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
