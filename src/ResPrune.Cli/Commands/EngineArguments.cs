using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Commands;

/// <summary>The options that say which model runs where; the same for every verb.</summary>
internal sealed class EngineArguments
{
    private static readonly IReadOnlyList<string> DTypes = ["auto", "float32", "bfloat16", "float16"];

    private readonly Option<string?> _model = ValueOption.Create<string?>(
        "--model", "DIR|ORG/NAME",
        "Model folder as Hugging Face publishes it, or the name of one that 'resprune model pull' or Python fetched. "
            + "Default: the bundled tiny model.",
        null, text => text);

    private readonly Option<string> _device = ValueOption.Create(
        "--device", "auto|cpu|cuda:N", "Where the model runs; auto takes the first CUDA device, else the CPU.", "auto", Device);

    private readonly Option<string> _dtype = ValueOption.Word(
        "--dtype", "What it computes in; auto takes the fastest, measured once.", "auto", DTypes);

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Add(_model);
        AddDeviceTo(command);
    }

    /// <summary>Adds only those that say where and in what it runs, to a verb whose argument is the model.</summary>
    public void AddDeviceTo(Command command)
    {
        command.Add(_device);
        command.Add(_dtype);
    }

    /// <summary>Whether a model folder was typed.</summary>
    public bool HasModel(CommandResult result) => result.GetResult(_model) is { Implicit: false };

    /// <summary>What was typed.</summary>
    /// <exception cref="UsageException">A model was named that is not there.</exception>
    public EngineOptions Read(ParseResult parsed, int batchSize) =>
        Read(parsed, parsed.GetValue(_model) is { } model ? ModelFolder.Find(model) : BundledModel.Directory, batchSize);

    /// <summary>What was typed, for a model that was found elsewhere on the command line.</summary>
    public EngineOptions Read(ParseResult parsed, string directory, int batchSize) => new()
    {
        ModelDirectory = directory,
        Device = parsed.GetValue(_device)!,
        DType = parsed.GetValue(_dtype)!,
        BatchSize = batchSize,
        QueueCapacity = Math.Max(32, 4 * batchSize),
    };

    private static string Device(string text)
    {
        if (text is "auto" or "cpu") return text;
        return text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), out var index) && index >= 0
            ? text
            : throw new FormatException($"'{text}' is not a device: use auto, cpu or cuda:0.");
    }
}
