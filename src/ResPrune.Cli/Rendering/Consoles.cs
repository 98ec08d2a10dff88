using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>Where tables are drawn.</summary>
internal static class Consoles
{
    /// <summary>Wide enough that no line of a table is broken in a file.</summary>
    private const int FileWidth = 240;

    /// <summary>A console on the process's own terminal, or on a file or pipe when it has none.</summary>
    public static IAnsiConsole ForRun(TextWriter output, bool isTerminal) =>
        isTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) : Plain(output);

    /// <summary>No colours, no cursor movements.</summary>
    public static IAnsiConsole Plain(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = FileWidth;
        return console;
    }
}
