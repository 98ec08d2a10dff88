namespace ResPrune.Cli.Commands;

/// <summary>A signal asked the program to stop and it did so cleanly. The message says how to go on.</summary>
internal sealed class InterruptedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InterruptedException(string message)
        : base(message)
    {
    }
}
