namespace ResPrune.Cli.Commands;

/// <summary>The command cannot be carried out as it was typed. The message says in one line what is wrong and what to type.</summary>
internal sealed class UsageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public UsageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
