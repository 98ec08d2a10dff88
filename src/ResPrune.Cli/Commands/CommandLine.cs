using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Cli.Hub;
using ResPrune.Cli.Rendering;
using ResPrune.Inference.Engine;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Commands;

/// <summary>Parses the arguments, runs the verb, turns what comes of it into an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs the program.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(RootCommand root, string[] arguments, TextWriter output, TextWriter error)
    {
        // A question may begin with '@': it is text, never the name of a file of arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"resprune: {TerminalText.Clean(Complaint(parsed))}");
            error.WriteLine($"Type 'resprune {HelpFor(parsed)}' to see what can be typed.");
            return ExitCode.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The verbs watch for signals themselves: work must be handed back first.
                ProcessTerminationTimeout = null,
                Output = output,
                Error = error,
            };
            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception exception) when (exception is UsageException or ModelLoadException or FleetStartException)
        {
            error.WriteLine($"resprune: {TerminalText.Clean(exception.Message)}");
            return ExitCode.Usage;
        }
        catch (HubException exception)
        {
            error.WriteLine($"resprune: {TerminalText.Clean(exception.Message)}");
            return exception.Failure is HubFailure.NotFound or HubFailure.Denied or HubFailure.Unusable ? ExitCode.Usage : ExitCode.Fault;
        }
        catch (InterruptedException exception)
        {
            error.WriteLine($"resprune: {TerminalText.Clean(exception.Message)}");
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            // The last resort: a fault nobody foresaw must still be told from wrong usage and from failed rows.
            error.WriteLine($"resprune: unexpected fault: {exception}");
            return ExitCode.Fault;
        }
    }

    // What is missing is often the echo of something mistyped, which says more.
    private static string Complaint(ParseResult parsed) => parsed.UnmatchedTokens is [var unknown, ..]
        ? $"'{unknown}' is not known here."
        : parsed.Errors[0].Message;

    private static string HelpFor(ParseResult parsed)
    {
        var words = new List<string> { "--help" };
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } verb; at = at.Parent)
            words.Insert(0, verb.Command.Name);
        return string.Join(' ', words);
    }
}
