namespace ResPrune.Batch.Storage;

/// <summary>The store answered, and does not do this with this blob: asking again does not help.</summary>
internal sealed class BlobRefusedException(string message, Exception? innerException = null) : IOException(message, innerException);
