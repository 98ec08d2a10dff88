namespace ResPrune.Server.Tls;

/// <summary>A certificate, its key or its authority cannot be used. The message names the file and says what is wrong; it holds no key material.</summary>
public sealed class TlsCertificateException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TlsCertificateException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
