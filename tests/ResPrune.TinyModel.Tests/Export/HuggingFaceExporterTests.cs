using ResPrune.Inference.Models;
using ResPrune.Inference.Weights;
using ResPrune.Inference.Models.Llava;
using ResPrune.TinyModel.Training;
using ResPrune.TinyModel.Vocabulary;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Export;

[Collection(TensorCollection.Name)]
public sealed class HuggingFaceExporterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-export").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatIsExportedLoadsAndReadsWordsAsTrained()
    {
        var vocabulary = new TinyVocabulary();
        using var learner = new Learner(vocabulary, ScalarType.Float32);
        var values = learner.Weights.Values.ToArray();
        var checkpoint = Path.Combine(_folder, "checkpoint");
        new Checkpoint(17, values, new float[values.Length], new float[values.Length]).Save(checkpoint);

        Assert.Equal(17, HuggingFaceExporter.Export(checkpoint, _folder));

        var config = LlavaConfig.Read(_folder);
        Assert.Equal(TinyModelShape.VisualTokens, config.VisualTokens);
        Assert.Equal(vocabulary.Image, config.ImageTokenId);
        using var scope = NewDisposeScope();
        using var loaded = CheckpointModel.Load(ModelFamilies.Open(_folder), CPU, RunningDType.Float32);
        var table = learner.Weights.Entries.Single(e => e.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal));
        var word = vocabulary.Word("cat");
        var width = config.Text.HiddenSize;
        var expected = values.AsSpan(table.Offset + word * width, width).ToArray();
        var actual = loaded.Model.Language.Embed(tensor(new long[] { word })).data<float>().ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void AValueThatFloat16CannotHoldIsNamed()
    {
        var error = Assert.Throws<InvalidDataException>(() =>
            SafetensorsWriter.Write(Path.Combine(_folder, "x.safetensors"), [("some.weight", [2], new float[] { 1, 1e6f })]));

        Assert.Contains("some.weight", error.Message, StringComparison.Ordinal);
    }
}
