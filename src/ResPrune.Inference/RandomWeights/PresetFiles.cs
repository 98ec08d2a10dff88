using System.Text.Json;
using System.Text.Json.Nodes;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.RandomWeights;

/// <summary>The JSON files of a checkpoint folder.</summary>
/// <param name="Config"><c>config.json</c>.</param>
/// <param name="Preprocessor"><c>preprocessor_config.json</c>.</param>
/// <param name="Generation"><c>generation_config.json</c>.</param>
/// <param name="Tokenizer"><c>tokenizer.json</c>.</param>
public sealed record PresetFiles(JsonObject Config, JsonObject Preprocessor, JsonObject Generation, JsonObject Tokenizer)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes them into an existing folder.</summary>
    public void WriteTo(string directory)
    {
        // Weights are written in bfloat16, whatever the published ones are stored in.
        var config = Config.DeepClone().AsObject();
        config["torch_dtype"] = "bfloat16";
        Write("config.json", config);
        Write("preprocessor_config.json", Preprocessor);
        Write("generation_config.json", Generation);
        Write(TokenizerLoader.FileName, Tokenizer);

        void Write(string name, JsonObject content) => File.WriteAllText(Path.Combine(directory, name), content.ToJsonString(Indented) + "\n");
    }
}
