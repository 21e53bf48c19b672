"""The public names of PyTorch 2.13 by module, so that an error can tell a gap here from a misspelt name.

"both" are the functions of `torch` that are methods of Tensor too. Names of single back ends, of quantised
kernels and of the TorchScript compiler's own classes are left out.
"""

from __future__ import annotations

TEXT = {
    "both": """
        abs abs_ absolute acos acos_ acosh acosh_ add addbmm addcdiv addcmul addmm addmv addmv_ addr adjoint
        all allclose amax amin aminmax angle any arccos arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh
        arcsinh_ arctan arctan2 arctan_ arctanh arctanh_ argmax argmin argsort argwhere as_strided
        as_strided_ as_strided_scatter asin asin_ asinh asinh_ atan atan2 atan_ atanh atanh_ baddbmm
        bernoulli bfloat16 bincount bitwise_and bitwise_left_shift bitwise_not bitwise_or
        bitwise_right_shift bitwise_xor bmm bool broadcast_to cdouble ceil ceil_ cfloat chalf cholesky
        cholesky_inverse cholesky_solve chunk clamp clamp_ clamp_max clamp_max_ clamp_min clamp_min_ clip
        clip_ clone conj conj_physical conj_physical_ copysign corrcoef cos cos_ cosh cosh_ count_nonzero
        cov cpu cross cuda cummax cummin cumprod cumsum deg2rad deg2rad_ dequantize det detach detach_
        device diag diag_embed diagflat diagonal diagonal_scatter diff digamma dist div divide dot double
        dsplit dtype eig eq equal erf erf_ erfc erfc_ erfinv exp exp2 exp2_ exp_ expm1 expm1_ fill_ fix fix_
        flatten flip fliplr flipud float float_power floor floor_ floor_divide fmax fmin fmod frac frac_
        frexp gather gcd gcd_ ge geqrf ger get_device greater greater_equal gt half hardshrink heaviside
        histc histogram hsplit hypot i0 i0_ igamma igammac imag index_add index_copy index_fill index_put
        index_put_ index_reduce index_select inner int int_repr inverse is_complex is_conj is_distributed
        is_floating_point is_inference is_neg is_nonzero is_same_size is_signed isclose isfinite isinf isnan
        isneginf isposinf isreal istft kron kthvalue layout lcm lcm_ ldexp ldexp_ le lerp less less_equal
        lgamma log log10 log10_ log1p log1p_ log2 log2_ log_ log_softmax logaddexp logaddexp2 logcumsumexp
        logdet logical_and logical_not logical_or logical_xor logit logit_ logsumexp long lstsq lt lu
        lu_solve masked_fill masked_scatter masked_select matmul matrix_exp matrix_power max maximum mean
        median min minimum mm mode moveaxis movedim msort mul multinomial multiply mv mvlgamma nan_to_num
        nan_to_num_ nanmean nanmedian nanquantile nansum narrow ne neg neg_ negative negative_ nextafter
        nonzero norm not_equal numel orgqr ormqr outer permute pinverse polygamma positive pow prelu prod
        put qr qscheme quantile rad2deg rad2deg_ ravel real reciprocal reciprocal_ relu relu_ remainder
        renorm repeat_interleave reshape resize_as_ resize_as_sparse_ resolve_conj resolve_neg roll rot90
        round round_ rsqrt rsqrt_ scatter scatter_add scatter_reduce select select_scatter sgn short sigmoid
        sigmoid_ sign signbit sin sin_ sinc sinc_ sinh sinh_ slice_scatter slogdet smm softmax solve sort
        split split_with_sizes sqrt sqrt_ square square_ squeeze sspaddmm std stft sub subtract sum svd
        swapaxes swapdims symeig t take take_along_dim tan tan_ tanh tanh_ tensor_split tile topk trace
        transpose triangular_solve tril triu true_divide trunc trunc_ unbind unflatten unique
        unique_consecutive unsqueeze var vdot vsplit where xlogy xlogy_ xpu zero_""",
    "torch": """
        AcceleratorError BFloat16Storage BFloat16Tensor BoolStorage BoolTensor ByteStorage ByteTensor
        CharStorage CharTensor DoubleStorage DoubleTensor Event FloatStorage FloatTensor Generator
        GradScaler HalfStorage HalfTensor IntStorage IntTensor LongStorage LongTensor OutOfMemoryError
        ShortStorage ShortTensor Size Storage Stream Tensor TypedStorage UntypedStorage accelerator
        adaptive_avg_pool1d adaptive_max_pool1d affine_grid_generator alpha_dropout alpha_dropout_ amp ao
        arange are_deterministic_algorithms_enabled as_tensor asarray atleast_1d atleast_2d atleast_3d
        autocast autograd avg_pool1d backends bartlett_window batch_norm bilinear
        binary_cross_entropy_with_logits binomial blackman_window block_diag broadcast_shapes
        broadcast_tensors bucketize can_cast cartesian_prod cat cdist celu celu_ chain_matmul
        channel_shuffle channels_last channels_last_3d column_stack combinations compile compiler complex
        complex128 complex32 complex64 concat concatenate cond constant_pad_nd contiguous_format conv1d
        conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution
        cosine_embedding_loss cosine_similarity ctc_loss cumulative_trapezoid default_generator distributed
        distributions dropout dropout_ dsmm dstack einsum embedding embedding_bag embedding_renorm_ empty
        empty_like empty_permuted empty_strided export eye feature_alpha_dropout feature_alpha_dropout_
        feature_dropout feature_dropout_ fft fill finfo float16 float32 float64 frobenius_norm from_dlpack
        from_file from_numpy frombuffer full full_like func futures fx get_autocast_dtype get_default_device
        get_default_dtype get_deterministic_debug_mode get_device_module get_float32_matmul_precision
        get_num_interop_threads get_num_threads get_rng_state gradient grid_sampler grid_sampler_2d
        grid_sampler_3d group_norm gru gru_cell hamming_window hann_window has_lapack has_mkl has_openmp
        has_spectral hinge_embedding_loss histogramdd hsmm hspmm hstack hub iinfo inf inference_mode
        initial_seed instance_norm int16 int32 int64 int8 is_anomaly_check_nan_enabled is_anomaly_enabled
        is_autocast_cache_enabled is_autocast_enabled is_deterministic_algorithms_warn_only_enabled
        is_grad_enabled is_inference_mode_enabled is_storage is_tensor is_warn_always_enabled isin jagged
        jit kaiser_window kl_div layer_norm legacy_contiguous_format library linalg linspace load lobpcg
        logspace lstm lstm_cell lu_unpack manual_seed margin_ranking_loss masked matrix_rank max_pool1d
        max_pool1d_with_indices max_pool2d max_pool3d memory_format meshgrid monitor mps multiprocessing nan
        nested newaxis norm_except_dim normal nuclear_norm ones ones_like ops optim overrides package
        pairwise_distance pca_lowrank pdist per_channel_affine per_channel_affine_float_qparams
        per_channel_symmetric per_tensor_affine per_tensor_symmetric pi pixel_shuffle pixel_unshuffle
        poisson poisson_nll_loss polar preserve_format profiler promote_types qint32 qint8 quantization
        quantize_per_channel quantize_per_tensor quantize_per_tensor_dynamic quint2x4 quint4x2 quint8 rand
        rand_like randint randint_like randn randn_like random randperm range result_type rms_norm rnn_relu
        rnn_relu_cell rnn_tanh rnn_tanh_cell row_stack rrelu rrelu_ saddmm save scalar_tensor searchsorted
        seed segment_reduce selu selu_ serialization set_anomaly_enabled set_autocast_cache_enabled
        set_autocast_dtype set_autocast_enabled set_default_device set_default_dtype set_default_tensor_type
        set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal set_grad_enabled
        set_num_interop_threads set_num_threads set_printoptions set_rng_state set_warn_always signal sparse
        sparse_bsc sparse_bsc_tensor sparse_bsr sparse_bsr_tensor sparse_compressed_tensor sparse_coo
        sparse_coo_tensor sparse_csc sparse_csc_tensor sparse_csr sparse_csr_tensor special spmm stack
        std_mean strided svd_lowrank tensor tensordot testing threshold threshold_ to_dlpack trapezoid trapz
        tril_indices triplet_margin_loss triu_indices uint16 uint32 uint64 uint8 unravel_index
        use_deterministic_algorithms utils vander var_mean view_as_complex view_as_real vmap vstack
        while_loop zeros zeros_like""",
    "Tensor": """
        H T absolute_ add_ addbmm_ addcdiv_ addcmul_ addmm_ addr_ apply_ arctan2_ as_subclass atan2_
        backward baddbmm_ bernoulli_ bitwise_and_ bitwise_left_shift_ bitwise_not_ bitwise_or_
        bitwise_right_shift_ bitwise_xor_ byte cauchy_ ccol_indices char coalesce col_indices const_data_ptr
        contiguous copy_ copysign_ crow_indices cumprod_ cumsum_ data data_ptr dense_dim digamma_ dim
        dim_order div_ divide_ element_size eq_ erfinv_ expand expand_as exponential_ fill_diagonal_
        float_power_ floor_divide_ fmod_ ge_ geometric_ grad grad_dtype grad_fn greater_ greater_equal_ gt_
        heaviside_ hypot_ igamma_ igammac_ index index_add_ index_copy_ index_fill_ index_reduce_ indices
        is_coalesced is_contiguous is_cpu is_cuda is_leaf is_meta is_mkldnn is_mps is_nested is_pinned
        is_quantized is_set_to is_shared is_sparse is_sparse_csr item itemsize le_ lerp_ less_ less_equal_
        lgamma_ log_normal_ logical_and_ logical_not_ logical_or_ logical_xor_ lt_ mH mT map2_ map_
        masked_fill_ masked_scatter_ module_load mul_ multiply_ mvlgamma_ name nbytes ndim ndimension ne_
        nelement new new_empty new_empty_strided new_full new_ones new_tensor new_zeros nextafter_ normal_
        not_equal_ numpy output_nr pin_memory polygamma_ pow_ put_ random_ record_stream register_hook
        register_post_accumulate_grad_hook reinforce remainder_ renorm_ repeat requires_grad requires_grad_
        reshape_as resize resize_ resize_as retain_grad retains_grad row_indices scatter_ scatter_add_
        scatter_reduce_ set_ sgn_ shape share_memory_ sign_ size sparse_dim sparse_mask sparse_resize_
        sparse_resize_and_clear_ squeeze_ storage storage_offset storage_type stride sub_ subtract_
        sum_to_size swapaxes_ swapdims_ t_ to to_dense to_mkldnn to_padded_tensor to_sparse to_sparse_bsc
        to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr tolist transpose_ tril_ triu_ true_divide_
        type type_as unfold uniform_ unsqueeze_ untyped_storage values view view_as volatile""",
    "nn": """
        AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss AdaptiveMaxPool1d
        AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d BCELoss
        BCEWithLogitsLoss BatchNorm1d BatchNorm2d BatchNorm3d Bilinear Buffer CELU CTCLoss ChannelShuffle
        CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d Container Conv1d
        Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d CosineEmbeddingLoss CosineSimilarity
        CrossEntropyLoss CrossMapLRN2d DataParallel Dropout Dropout1d Dropout2d Dropout3d ELU Embedding
        EmbeddingBag FeatureAlphaDropout Flatten Fold FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU
        GRUCell GaussianNLLLoss GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh HingeEmbeddingLoss
        HuberLoss Identity InstanceNorm1d InstanceNorm2d InstanceNorm3d KLDivLoss L1Loss LPPool1d LPPool2d
        LPPool3d LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyConv1d
        LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d
        LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear LeakyReLU Linear LinearCrossEntropyLoss
        LinearCrossEntropyOptions LocalResponseNorm LogSigmoid LogSoftmax MSELoss MarginRankingLoss
        MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish Module ModuleDict ModuleList
        MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss MultiheadAttention NLLLoss NLLLoss2d
        PReLU PairwiseDistance Parameter ParameterDict ParameterList PixelShuffle PixelUnshuffle
        PoissonNLLLoss RMSNorm RNN RNNBase RNNCell RNNCellBase RReLU ReLU ReLU6 ReflectionPad1d
        ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU Sequential
        SiLU Sigmoid SmoothL1Loss SoftMarginLoss Softmax Softmax2d Softmin Softplus Softshrink Softsign
        SyncBatchNorm Tanh Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer
        TransformerEncoder TransformerEncoderLayer TripletMarginLoss TripletMarginWithDistanceLoss Unflatten
        Unfold UninitializedBuffer UninitializedParameter Upsample UpsamplingBilinear2d UpsamplingNearest2d
        ZeroPad1d ZeroPad2d ZeroPad3d factory_kwargs""",
    "nn.functional": """
        adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
        adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices
        adaptive_max_pool3d adaptive_max_pool3d_with_indices affine_grid alpha_dropout avg_pool1d avg_pool2d
        avg_pool3d batch_norm bilinear binary_cross_entropy binary_cross_entropy_with_logits celu celu_
        channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d
        cosine_embedding_loss cosine_similarity cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d
        elu elu_ embedding embedding_bag feature_alpha_dropout fold fractional_max_pool2d
        fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices
        gaussian_nll_loss gelu glu grid_sample group_norm grouped_mm gumbel_softmax hardshrink hardsigmoid
        hardswish hardtanh hardtanh_ hinge_embedding_loss huber_loss instance_norm interpolate kl_div
        l1_loss layer_norm leaky_relu leaky_relu_ linear linear_cross_entropy local_response_norm
        log_softmax logsigmoid lp_pool1d lp_pool2d lp_pool3d margin_ranking_loss max_pool1d
        max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d max_pool3d_with_indices
        max_unpool1d max_unpool2d max_unpool3d mish mse_loss multi_head_attention_forward multi_margin_loss
        multilabel_margin_loss multilabel_soft_margin_loss nll_loss normalize one_hot pad pairwise_distance
        pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6 relu_ rms_norm rrelu rrelu_
        scaled_dot_product_attention scaled_grouped_mm scaled_mm selu selu_ sigmoid silu smooth_l1_loss
        soft_margin_loss softmax softmin softplus softshrink softsign tanh tanhshrink threshold threshold_
        triplet_margin_loss triplet_margin_with_distance_loss unfold upsample upsample_bilinear
        upsample_nearest""",
    "nn.init": """
        calculate_gain constant constant_ dirac dirac_ eye eye_ kaiming_normal kaiming_normal_
        kaiming_uniform kaiming_uniform_ normal normal_ ones_ orthogonal orthogonal_ sparse sparse_
        trunc_normal_ uniform uniform_ xavier_normal xavier_normal_ xavier_uniform xavier_uniform_ zeros_""",
    "nn.utils": """
        clip_grad_norm clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_
        convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format fuse_conv_bn_eval
        fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights get_total_norm parameters_to_vector
        remove_spectral_norm remove_weight_norm skip_init spectral_norm vector_to_parameters weight_norm""",
    "optim": """
        ASGD Adadelta Adafactor Adagrad Adam AdamW Adamax LBFGS Muon NAdam Optimizer RAdam RMSprop Rprop SGD
        SparseAdam swap_in_optimizer_params_and_state""",
    "optim.lr_scheduler": """
        ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR
        LRScheduler LambdaLR LinearLR MultiStepLR MultiplicativeLR OneCycleLR PolynomialLR ReduceLROnPlateau
        SequentialLR StepLR""",
    "autograd": """
        Function NestedIOFunction Variable backward detect_anomaly enable_grad enforce_grad_layout_policy
        grad gradcheck gradgradcheck inference_mode no_grad set_detect_anomaly set_grad_enabled
        set_multithreading_enabled variable""",
    "func": """
        debug_unwrap functional_call functionalize grad grad_and_value hessian jacfwd jacrev jvp linearize
        rearrange replace_all_batch_norm_modules_ stack_module_state vjp vmap""",
    "distributions": """
        AbsTransform CatTransform ContinuousBernoulli CorrCholeskyTransform CumulativeDistributionTransform
        ExponentialFamily GeneralizedPareto IndependentTransform Kumaraswamy LKJCholesky LogisticNormal
        LowRankMultivariateNormal LowerCholeskyTransform PositiveDefiniteTransform ReshapeTransform
        SoftplusTransform StackTransform StickBreakingTransform VonMises Wishart biject_to
        identity_transform transform_to
    """,
    "fft": """
        fft fft2 fftfreq fftn fftshift hfft hfft2 hfftn ifft ifft2 ifftn ifftshift ihfft ihfft2 ihfftn irfft
        irfft2 irfftn rfft rfft2 rfftfreq rfftn""",
    "linalg": """
        LinAlgError cholesky cholesky_ex cond cross det diagonal eig eigh eigvals eigvalsh
        householder_product inv inv_ex ldl_factor ldl_factor_ex ldl_solve lstsq lu lu_factor lu_factor_ex
        lu_solve matmul matrix_exp matrix_norm matrix_power matrix_rank multi_dot norm pinv qr slogdet solve
        solve_ex solve_triangular svd svdvals tensorinv tensorsolve vander vecdot vector_norm""",
    "special": """
        airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u
        chebyshev_polynomial_v chebyshev_polynomial_w digamma entr erf erfc erfcx erfinv exp2 expit expm1
        gammainc gammaincc gammaln hermite_polynomial_h hermite_polynomial_he i0 i0e i1 i1e
        laguerre_polynomial_l legendre_polynomial_p log1p log_ndtr log_softmax logit logsumexp
        modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multigammaln ndtr ndtri
        polygamma psi round scaled_modified_bessel_k0 scaled_modified_bessel_k1
        shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v
        shifted_chebyshev_polynomial_w sinc softmax spherical_bessel_j0 xlog1py xlogy zeta""",
    "distributed": """
        Backend BackendConfig DebugLevel DeviceMesh FileStore GradBucket GroupMember GroupName HashStore
        P2POp PrefixStore ProcessGroup ProcessGroupGloo ReduceOp Store TCPStore Work all_gather
        all_gather_coalesced all_gather_into_tensor all_gather_object all_gather_single all_reduce
        all_reduce_coalesced all_to_all all_to_all_single barrier batch_isend_irecv broadcast
        broadcast_object_list destroy_process_group gather gather_object get_backend get_backend_config
        get_debug_level get_default_backend_for_device get_global_rank get_group_rank get_node_local_rank
        get_pg_count get_process_group_ranks get_rank get_world_size group init_device_mesh
        init_process_group irecv is_available is_backend_available is_gloo_available is_initialized
        is_mpi_available is_nccl_available is_torchelastic_launched is_ucc_available is_xccl_available isend
        monitored_barrier new_group new_subgroups new_subgroups_by_enumeration record_comm recv
        recv_object_list reduce reduce_op reduce_scatter reduce_scatter_single reduce_scatter_tensor
        register_rendezvous_handler rendezvous scatter scatter_object_list send send_object_list
        set_debug_level set_debug_level_from_env shrink_group split_group supports_complex""",
    "cuda": """
        BFloat16Tensor BoolTensor ByteTensor CUDAGraph CUDAPluggableAllocator CharTensor CudaError
        DeferredCudaCallError DoubleTensor Event ExternalStream FloatTensor GreenContext HalfTensor
        IntTensor LongTensor MemPool ShortTensor Stream StreamContext caching_allocator_alloc
        caching_allocator_delete caching_allocator_disabled caching_allocator_enable can_device_access_peer
        change_current_allocator check_error clock_rate cudaStatus cudart current_blas_handle current_device
        current_solver_handle current_stream default_stream device device_count device_memory_used device_of
        empty_cache get_allocator_backend get_arch_list get_device_capability get_device_name
        get_device_properties get_gencode_flags get_per_process_memory_fraction get_rng_state
        get_rng_state_all get_stream_from_external get_sync_debug_mode graph graph_pool_handle init
        initial_seed ipc_collect is_available is_bf16_supported is_current_stream_capturing is_initialized
        is_tf32_supported list_gpu_processes make_graphed_callables manual_seed manual_seed_all
        max_memory_allocated max_memory_cached max_memory_reserved mem_get_info memory_allocated
        memory_cached memory_reserved memory_snapshot memory_stats memory_stats_as_nested_dict
        memory_summary memory_usage power_draw reset_accumulated_memory_stats reset_max_memory_allocated
        reset_max_memory_cached reset_peak_memory_stats seed seed_all set_device
        set_per_process_memory_fraction set_rng_state set_rng_state_all set_stream set_sync_debug_mode
        stream synchronize temperature use_mem_pool utilization""",
    "amp": """
        GradScaler autocast custom_bwd custom_fwd is_autocast_available""",
    "utils.data": """
        BatchSampler ChainDataset ConcatDataset DFIterDataPipe DataChunk DataLoader Dataset
        DistributedSampler IterDataPipe IterableDataset MapDataPipe RandomSampler Sampler SequentialSampler
        StackDataset Subset SubsetRandomSampler TensorDataset WeightedRandomSampler default_collate
        default_convert get_worker_info random_split""",
}
