using System.Text.Encodings.Web;
using System.Text.Json;
using ResPrune.TinyModel.Training;
using ResPrune.TinyModel.Vocabulary;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Export;

/// <summary>Writes a training checkpoint as a Hugging Face folder.</summary>
internal static class HuggingFaceExporter
{
    private const string TrainingOnly = "training.";
    private const string Table = "language_model.model.embed_tokens.weight";
    private const string Head = "language_model.lm_head.weight";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes config, processor settings, tokenizer and weights; files of other names stay.</summary>
    /// <returns>Steps the checkpoint had done.</returns>
    public static long Export(string checkpointPath, string directory)
    {
        var vocabulary = new TinyVocabulary();
        using var learner = new Learner(vocabulary, ScalarType.Float32);
        var checkpoint = Checkpoint.Load(checkpointPath, learner.Weights.Count);
        System.IO.Directory.CreateDirectory(directory);
        foreach (var (name, content) in ConfigFiles.All(TinyModelShape.Config(vocabulary, tied: false), vocabulary))
            File.WriteAllText(Path.Combine(directory, name), content.ToJsonString(Indented) + "\n");
        var tensors = learner.Weights.Entries
            .Where(e => !e.Name.StartsWith(TrainingOnly, StringComparison.Ordinal))
            .Select(e => (e.Name, e.Shape, (ReadOnlyMemory<float>)checkpoint.Weights.AsMemory(e.Offset, e.Length)))
            .ToList();
        // Training ties the two tables; published LLaVA checkpoints store both.
        var table = tensors.Single(t => t.Name == Table);
        tensors.Add((Head, table.Shape, table.Item3));
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), tensors);
        return checkpoint.Step;
    }
}
