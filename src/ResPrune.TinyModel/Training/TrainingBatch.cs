namespace ResPrune.TinyModel.Training;

/// <summary>The pictures of a step and what is to be learned from them, as plain arrays: made on another thread than the one that owns tensors.</summary>
/// <param name="Size">B.</param>
/// <param name="Pixels">Normalised pictures [B, 3, 96, 96].</param>
/// <param name="Nouns">Patch labels [B·144].</param>
/// <param name="Colours">Patch labels [B·144].</param>
/// <param name="Places">Patch labels [B·144].</param>
/// <param name="Present">Which nouns each picture shows [B·48], 0 or 1.</param>
/// <param name="KeptCount">Visual tokens the language model sees a picture.</param>
/// <param name="Kept">Which, as row numbers into [B·144]; null when all, or when <paramref name="Conditions"/> decide.</param>
/// <param name="Conditions">Ids of the words each picture's visual tokens are chosen by with ResPrune; null when they are not.</param>
/// <param name="Text">The questions; null in the first stage.</param>
internal sealed record TrainingBatch(
    int Size, float[] Pixels, long[] Nouns, long[] Colours, long[] Places, float[] Present, int KeptCount, long[]? Kept, int[][]? Conditions, PackedText? Text);
