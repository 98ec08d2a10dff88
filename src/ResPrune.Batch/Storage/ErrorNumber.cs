namespace ResPrune.Batch.Storage;

/// <summary>errno values of Linux that decide something here.</summary>
internal static class ErrorNumber
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int Access = 13;
    public const int Exists = 17;
    public const int NotFolder = 20;
    public const int TooManyLinks = 31;
    public const int NameTooLong = 36;
    public const int NotImplemented = 38;
    public const int TooManySymbolicLinks = 40;
    public const int NotSupported = 95;

    /// <summary>True for what link() answers where the file system has no hard links.</summary>
    public static bool MeansNoHardLinks(int error) => error is NotPermitted or NotSupported or NotImplemented or TooManyLinks;
}
