using System.CommandLine;
using System.CommandLine.Parsing;
using ResPrune.Cli.Hub;
using ResPrune.Cli.Pulling;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune model pull ORG/NAME</c>: fetches a model from a Hugging Face hub.</summary>
internal sealed class ModelPullCommand
{
    private readonly Argument<HubRepository> _repository = new("ORG/NAME")
    {
        Description = "The model's name on the hub, for example llava-hf/llava-1.5-7b-hf.",
        CustomParser = Repository,
    };

    private readonly Option<HubRevision> _revision = ValueOption.Create(
        "--revision", "REV", "A branch, a tag or a commit.", HubRevision.Main, HubRevision.Parse);

    private readonly Option<string?> _output = ValueOption.Create<string?>(
        "--output", "DIR", "A folder for the files themselves. Default: the cache that Python's huggingface_hub uses too ($HF_HOME).",
        null, text => text.Length > 0 ? text : throw new FormatException("the name of a folder is needed."));

    private readonly Option<Uri?> _endpoint = ValueOption.Create<Uri?>(
        "--endpoint", "URL", $"The hub. Default: $HF_ENDPOINT, else {HubSettings.DefaultEndpoint}.", null, text => HubSettings.ParseEndpoint(text));

    private ModelPullCommand()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var options = new ModelPullCommand();
        var command = new Command(
            "pull",
            "Fetches what is needed of a model and prints its folder. A token is read from $HF_TOKEN or the file $HF_HOME/token; "
                + "HF_HUB_OFFLINE=1 takes only what is there.")
        {
            options._repository, options._revision, options._output, options._endpoint,
        };
        command.SetAction((parsed, _) => PullSession.RunAsync(
            options.Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static HubRepository? Repository(ArgumentResult result)
    {
        try
        {
            return HubRepository.Parse(result.Tokens[^1].Value);
        }
        catch (FormatException exception)
        {
            result.AddError(exception.Message);
            return null;
        }
    }

    private PullSettings Read(ParseResult parsed) => new(
        new PullRequest(parsed.GetRequiredValue(_repository), parsed.GetValue(_revision)!, parsed.GetValue(_output)),
        parsed.GetValue(_endpoint));
}
