using ResPrune.Cli.Commands;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Running;

/// <summary>
/// Everything that decides the answers of a run apart from its rows, by name. The same facts go on with the earlier work in an output folder;
/// others are refused, and the names say what is different. How many rows there are, and what they and their images are, is told row by row.
/// </summary>
internal static class RunFacts
{
    /// <summary>Gathers the facts of a run; short, so that they can be stored.</summary>
    /// <param name="settings">What was typed.</param>
    /// <param name="input">What is asked about.</param>
    /// <param name="model">The model; what its <c>generation_config.json</c> decides is a fact too.</param>
    public static SortedDictionary<string, string> Of(RunSettings settings, RunInput input, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(model);
        var facts = JobFacts.Of(settings.Spec, settings.Questions);
        facts["INPUT"] = JobFacts.Shortened(input.Path);
        facts["the model's weights"] = model.WeightsDigest;
        if (model.Generation.Length > 0) facts["the model's generation_config.json"] = JobFacts.Shortened(model.Generation);
        facts["--dtype"] = settings.Engine.DType;
        return facts;
    }
}
