using System.CommandLine;
using ResPrune.Cli.Commands;

var root = new RootCommand("Asks a vision-language model about many pictures, on fewer visual tokens.")
{
    RunCommand.Create(),
    EvalCommand.Create(),
    BenchCommand.Create(),
    ModelCommand.Create(),
    SiloCommand.Create(),
    SubmitCommand.Create(),
    WatchCommand.Create(),
    ListCommand.Create(),
    CancelCommand.Create(),
    FetchCommand.Create(),
};
return await CommandLine.InvokeAsync(root, args, Console.Out, Console.Error);
